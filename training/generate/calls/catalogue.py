"""What declared functions are about: things one looks up and things one does, each with the parameters that go with it."""

from __future__ import annotations

from training.generate.draw import pool

# Things one asks for: noun, parameter kinds that go with it (`?` is optional).
LOOKUPS = pool(
    "weather:city,date?,unit?;weather forecast:city,date?,unit?;temperature:city,unit?;air quality:city,date?;"
    "opening hours:item;stock price:title;exchange rate:country,date?;population:city,year?;traffic report:city,time?;"
    "order status:code;delivery date:code;menu:title,date?;bus schedule:origin,destination,date?;train times:origin,destination,time?;"
    "distance:origin,destination;news:topic,country?;book list:topic,language?;recipe:item,people?;phone number:person;"
    "account balance:code;price:item,size?;stock level:item,color?;flight list:origin,destination,date?;hotel list:city,people?,price?;"
    "travel time:origin,destination,mode?;tax rate:country,year?;file size:file;word count:file;contact details:person;"
    "calendar:date,person?;"
    "playlist:topic,minutes?;event list:city,date?;job offers:city,topic?;water level:city,date?;invoice:code,year?;"
    "humidity:city,date?;museum list:city,topic?;map:city,size?;team list:topic,year?;sensor reading:code,unit?;warranty:item,year?;"
    "current weather:city,unit?;current weather:latitude,longitude,unit?;server status:;local time:city;"
    "search results:topic,limit?,language?;"
    "web page:url;currency rate:from_currency,to_currency;stock quote:symbol;share price:symbol,date?;home address:person;"
    "elevation:latitude,longitude;route:origin,destination,mode?,time?;hotel offers:city,date,days?,people?,price?,rating?;"
    "restaurant list:city,category?,price?,limit?;user profile:email;customer reviews:title,rating?,limit?;to-do list:;inbox:limit?;"
    "battery level:;song lyrics:title;product details:code;game scores:topic,date?,limit?;rainfall:city,date?;snow depth:city,unit?;"
    "shipping cost:zip,size?,priority?;room temperature:room,unit?;power usage:room,days?;meeting list:date,person?;birthday:person;"
    "exam results:person,year?;train fare:origin,destination,date?,age?;holiday list:country,year?;area code:city;log file:date?,limit?;"
    "nearby shops:zip,category?,limit?;bank details:person;fuel price:city,category?;system time:;flight status:code,date?;"
    "room list:city,date?,people?,price?,days?,category?;class list:topic,rating?,language?,limit?;"
    "car offers:city,date?,days?,category?,price?",
    "wind speed:city,unit?;sunrise time:city,date?;parking fee:city,time?;ferry schedule:origin,destination,date?;"
    "rent index:city,year?;pollen count:city,date?;ticket price:title,date?;election result:country,year?;visa rules:country;"
    "package location:code;tide table:city,date?;patient record:person,code?;library catalogue:topic,language?;"
    "printer status:;bond yield:symbol,date?;cinema programme:zip,limit?;solar output:latitude,longitude,date?;"
    "cabin list:city,date?,people?,days?,price?",
    sep=";",
)
# Things one does: verb, article, noun, parameter kinds.
ACTIONS = pool(
    "book,a,table:people,date?,time,city?;book,a,room:city,date,people?;book,a,flight:origin,destination,date?;"
    "order,a,pizza:size,items?,quantity?;"
    "order,a,taxi:origin,destination,time?;send,an,email:email,message,title?;send,a,message:recipient,message;"
    "send,a,reminder:message,date?,time?;"
    "set,an,alarm:time,date?,title?;set,a,timer:minutes,title?;set,the,light:level,color?;set,the,thermostat:degrees,mode?;"
    "schedule,a,meeting:attendees,date,time,topic?;create,a,task:title,date?,priority?;create,a,note:title,message?;"
    "create,a,chart:title,labels,values?;"
    "create,an,event:title,date,city?,time?;create,a,playlist:title,topic?;create,an,account:person,email;"
    "create,an,invoice:person,price,date?;"
    "add,a,contact:person,email?;add,a,product:item,price,quantity?;add,a,label:labels,code?;delete,a,file:file;delete,an,order:code;"
    "cancel,a,booking:code,flag?;cancel,a,subscription:email;open,a,ticket:title,priority?,flag?;close,a,ticket:code;"
    "translate,a,text:message,language;translate,a,file:file,language;convert,an,amount:amount,from_currency,to_currency;"
    "play,some,music:topic,level?;"
    "play,a,film:title,language?;print,a,file:file,quantity?,color?;rent,a,car:city,date,minutes?;buy,a,ticket:title,quantity?,date?;"
    "pay,a,bill:code,price;track,a,parcel:code;assign,a,task:title,person;invite,some,guests:attendees,date?;paint,a,wall:color,size?;"
    "start,a,download:file,flag?;start,a,machine:mode,minutes?;upload,a,picture:file,title?;share,a,document:file,recipient;"
    "save,a,recipe:title,items;"
    "transfer,some,money:price,recipient;compute,the,average:values;compute,the,sum:values;sort,the,numbers:values;"
    "water,the,garden:minutes,time?;"
    "feed,the,fish:quantity,time?;call,a,contact:recipient,time?;write,a,report:topic,language?;draw,a,picture:item,color?;"
    "tag,a,photo:file,labels;"
    "switch,the,light:power,room?;switch,the,fan:power,room?;lock,the,door:room;open,the,blinds:room,level?;search,the,web:topic,limit?;"
    "search,the,archive:topic,year?,limit?;search,the,shop:topic,price?,category?,limit?;calculate,the,result:expression;"
    "calculate,the,total:values;"
    "summarise,a,page:url,language?;read,a,page:url;bookmark,a,page:url,title?;block,a,card:code;renew,a,passport:person,date?;"
    "charge,a,card:code,amount;rate,a,film:title,rating;review,a,product:item,rating,message?;join,a,course:title,date?;"
    "cook,some,soup:items,people?;lend,a,book:title,person,days?;return,a,book:code;order,some,flowers:quantity,color?,recipient?;"
    "make,a,reservation:people,date,time,city?,person?;resize,an,image:file,size;export,a,table:file,category?;"
    "deploy,a,service:title,mode?;"
    "restart,a,server:code,flag?;create,a,ticket:title,message,priority?,category?,attendees?;create,a,user:person,email,age?,country?;"
    "update,an,address:person,city,zip?;stop,the,music:;stop,the,timer:;clear,the,cart:;flip,a,coin:;roll,some,dice:quantity?;"
    "remove,a,user:email;remove,a,guest:person;stop,a,machine:code;download,a,report:topic,year?;record,a,payment:amount,person,date?;"
    "heat,the,room:room,degrees?;vacuum,the,floor:room,minutes?,mode?;store,a,memory:message;buy,some,shares:symbol,quantity;"
    "sell,some,shares:symbol,quantity;"
    "plan,a,trip:city,days,people?,price?,date?,category?;list,the,files:file?;move,a,meeting:date,time,title?;"
    "measure,the,distance:origin,destination",
    "reserve,a,boat:people,date,city?;mail,a,postcard:recipient,message;launch,a,survey:title,attendees?;rename,a,folder:file,title;"
    "dim,the,lamp:level,mode?;hire,a,guide:city,date?,language?;post,an,advert:title,price,city?;plant,a,tree:item,city?;"
    "register,a,visitor:person,date?,time?;repair,a,machine:code,priority?;brew,some,coffee:size,quantity?;archive,a,project:title,flag?;"
    "donate,some,money:price,title?;compare,the,values:values;ship,a,box:destination,priority?,flag?;publish,an,article:title,labels?;"
    "unlock,the,gate:room;exchange,some,money:amount,from_currency,to_currency;shuffle,the,cards:;"
    "organise,a,party:city,date,people?,price?,title?",
    sep=";",
)
# Verb and its opposite: a wish for the opposite of what is declared is a wish that nothing serves.
OPPOSITES = pool(
    "book,cancel;create,delete;send,delete;open,close;close,open;start,stop;stop,start;add,remove;upload,delete;buy,sell;sell,buy;"
    "delete,create;"
    "cancel,confirm;lock,unlock;order,return;pay,refund;remove,add;print,delete;schedule,cancel;rent,return;save,delete;block,activate",
    "reserve,release;launch,end;plant,cut;register,remove;archive,restore;publish,withdraw;hire,dismiss;unlock,seal;post,delete",
    sep=";",
)
# Verbs whose thing can be asked for without them: `I need a taxi`.
OFFERED = frozenset("book order rent buy schedule reserve hire".split())

LOOKUP_VERBS = pool(
    "get|get|get_current|fetch|find|lookup|check|show|read|query|list|search|load|find_current", "retrieve|get|look_up", grammar=True
)
LOOKUP_DESCRIPTIONS = pool(
    "Get the {n}|Returns the {n}|Looks up the {n}|Find the {n}|Gets the current {n}|Fetch the {n} from the server|Tells the {n}|"
    "Read the {n}|"
    "Gets the {n}|Fetches the {n}|Get {n}|{n}|Get the {n} for the user|Search for the {n}|Shows the {n}|This function gets the {n}|"
    "Get information about the {n}|A tool to look up the {n}|Use this tool to find the {n}|Return the latest {n}",
    "Retrieve the {n}|Gives back the {n}|Query for the {n}",
)
ACTION_DESCRIPTIONS = pool(
    "{V} {a} {n}|{V} {a} {n} for the user|{V} {a} new {n}|Use this to {v} {a} {n}|{V} {a} {n} in the system|"
    "A tool to {v} {a} {n}|Call this to {v} {a} {n}|Can {v} {a} {n}|This function will {v} {a} {n}|{V} {a} {n} with the given values",
    "{V} {a} {n} on request|Lets the user {v} {a} {n}",
)
GIVEN = pool(
    " for a given {l}| for the given {l}| by {l}| based on the {l}| for the specified {l}",
    " for any {l}| according to the {l}",
    blanks=True,
)
DESCRIPTION_TAILS = pool(
    ". Use it when the user asks for it|. Returns JSON|. Returns an object with the details|. Call this only if needed|"
    " via the public service|"
    ". All values are as the user gave them|. Returns an error if nothing is found| and return the result as text|"
    ". Prefer it over other tools",
    ". Gives an answer in JSON|. To be used on demand| through the partner service",
    blanks=True,
)
