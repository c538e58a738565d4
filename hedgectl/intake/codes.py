"""Why an intent is refused before anybody looks at the market: every code of the intake, with its explanation."""

from __future__ import annotations

from hedgectl.core.model.verdict import code

EMPTY = code("intent.empty", "There is nothing in the message.").name
NOT_UTF8 = code("intent.not_utf8", "The message is not UTF-8 text.").name
TOO_BIG = code(
    "intent.too_big", "One intent, or the whole message, is larger than limits.intent_bytes_max allows."
).name
TOO_DEEP = code("intent.too_deep", "Brackets are nested deeper than any intent needs.").name
TOO_MANY = code("intent.too_many", "More intents in one message than limits.intents_per_message_max.").name
NOT_JSON = code(
    "intent.not_json", "The message is not JSON: one object, an array of objects, or one object a line."
).name
NOT_AN_OBJECT = code("intent.not_an_object", "An intent is a JSON object.").name
DUPLICATE_KEY = code("intent.duplicate_key", "A key stands twice in one object.").name
UNKNOWN_KEY = code("intent.unknown_key", "An intent has no such key.").name
MISSING_FIELD = code("intent.missing_field", "A field without which nothing can be done is not there.").name
WRONG_TYPE = code("intent.wrong_type", "The value has the wrong JSON type.").name
NOT_A_NUMBER = code("intent.not_a_number", "The value is no decimal number (NaN, Infinity, a word, a comma).").name
OUT_OF_RANGE = code("intent.number_out_of_range", "The number is outside what the field can mean.").name
NOT_POSITIVE = code("intent.not_positive", "Quantity, notional and price are above zero.").name
WRONG_CASE = code("intent.wrong_case", "The word is known, but written in another case.").name
NOT_ALLOWED = code("intent.not_allowed", "The value is not one of the field's words.").name
NO_SIZE = code("intent.no_size", "An entry states its quantity or its notional_usdt.").name
BOTH_SIZES = code("intent.both_sizes", "An entry states quantity or notional_usdt, not both.").name
CONTRADICTION = code("intent.contradiction", "Two fields of the intent contradict each other.").name
BAD_SYMBOL = code("intent.bad_symbol", "A symbol is written as Binance writes it: BTCUSDT.").name
BAD_ID = code("intent.bad_id", "An intent id has 1 to 64 letters, digits, dots, colons, dashes and underscores.").name
BAD_TEXT = code("intent.bad_text", "A text is too long, or holds characters that cannot be printed.").name
BAD_TIME = code("intent.bad_time", "A time is seconds or milliseconds since 1970, or ISO 8601 with its zone.").name
EXPIRED = code("intent.expired", "An entry came too late: its time, or limits.intent_age_s_max, has passed.").name
FROM_THE_FUTURE = code("intent.from_the_future", "The intent says that it was made later than now.").name
UNREADABLE = code("intent.unreadable", "The inbox file cannot be read: a link, no plain file, or no permission.").name
