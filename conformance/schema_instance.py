"""The smallest instance of a JSON Schema, for the answers of the scripted upstream."""

LONGEST = 3  # how deep a schema that refers to itself is followed


def instance(schema, root=None, depth=0):
    """Returns a value that satisfies `schema`, or raises ValueError for a keyword it does not know how to satisfy."""
    root = schema if root is None else root
    if schema is True or schema == {}:
        return "anything"
    if "$ref" in schema:
        return instance(resolve(schema["$ref"], root), root, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            branches = schema[choice]
            closing = [branch for branch in branches if branch.get("type") == "null"]
            return instance(closing[0] if closing and depth >= LONGEST else branches[0], root, depth)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = "null" if "null" in kind and depth >= LONGEST else kind[0]
    if kind == "object":
        wanted = schema.get("properties", {})
        if depth >= LONGEST:
            wanted = {name: wanted[name] for name in schema.get("required", [])}
        return {name: instance(part, root, depth) for name, part in wanted.items()}
    if kind == "array":
        prefix = [instance(part, root, depth + 1) for part in schema.get("prefixItems", [])]
        most = schema.get("maxItems", 1 if depth < LONGEST else 0)
        count = max(schema.get("minItems", 0), min(1, most))
        items = schema.get("items", {})
        return prefix + [instance(items, root, depth + 1) for _ in range(count - len(prefix))]
    if kind == "integer":
        return int(max(schema.get("minimum", 1), min(1, schema.get("maximum", 1))))
    if kind == "number":
        return float(max(schema.get("minimum", 1.5), min(1.5, schema.get("maximum", 1.5))))
    if kind == "boolean":
        return True
    if kind == "null":
        return None
    if kind == "string":
        return {"date": "2026-01-02", "date-time": "2026-01-02T03:04:05Z", "time": "03:04:05Z"}.get(
            schema.get("format"), "text"
        )
    raise ValueError(f"no instance known for type {kind}")


def resolve(reference, root):
    found = root
    for part in reference.removeprefix("#").split("/"):
        if part:
            found = found[part]
    return found
