use anyhow::Context as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

/// Ends the export of traces when dropped, so that the last spans leave too.
pub(crate) struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Logs to standard error (`RUST_LOG` chooses what, `info` by default, llama.cpp from `warn` on), and sends traces as OTLP over HTTP when
/// `OTEL_EXPORTER_OTLP_ENDPOINT` is set. To be called outside of an async runtime.
pub(crate) fn start(json: bool) -> anyhow::Result<Telemetry> {
    let filter = || EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,llama-cpp-2=warn"));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        // They would go to standard error, and panic where that is what is closed.
        .log_internal_errors(false)
        .with_target(false);
    let lines = if json {
        lines.json().with_filter(filter()).boxed()
    } else {
        let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
        lines.with_ansi(colours).with_filter(filter()).boxed()
    };
    let traces = traces()?;
    let spans = traces.as_ref().map(|traces| {
        // The exporter's own requests must not become spans that it exports.
        let only_ours = tracing_subscriber::filter::filter_fn(|metadata| {
            metadata.target().starts_with("antiphon") && *metadata.level() <= tracing::Level::INFO
        });
        tracing_opentelemetry::layer()
            .with_tracer(traces.tracer("antiphon"))
            .with_filter(only_ours)
    });
    tracing_subscriber::registry()
        .with(lines)
        .with(spans)
        .try_init()
        .context("logging was started twice")?;
    Ok(Telemetry { traces })
}

fn traces() -> anyhow::Result<Option<SdkTracerProvider>> {
    if ENDPOINTS
        .iter()
        .all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty()))
    {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .build()
        .context("the endpoint for traces cannot be used; check OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let resource = Resource::builder().with_service_name("antiphon").build();
    Ok(Some(
        SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource)
            .build(),
    ))
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}
