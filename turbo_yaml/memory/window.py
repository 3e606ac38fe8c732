"""A long chat to its newest messages that fit a number of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from turbo_yaml.protocol import Assistant, Message

CHARACTERS_PER_TOKEN = 4
TOKENS_PER_MESSAGE = 4
TOKENS_PER_ATTACHMENT = 1000


def estimated_tokens(message: Message) -> int:
    """Return about how many tokens a message takes: its characters / 4, rounded up, and 4 for the rest of it.

    An image, a sound or a file counts 1,000. It is an estimate: servers count each in their own way. A reply
    takes what its server has counted, where that told it.
    """
    characters = len(message.name or "")
    tokens = TOKENS_PER_MESSAGE
    if isinstance(message.content, str):
        characters += len(message.content)
    else:
        for part in message.content:
            if "text" in part:
                characters += len(part["text"])
            else:
                tokens += TOKENS_PER_ATTACHMENT
    if isinstance(message, Assistant):
        characters += sum(len(call.name) + len(call.arguments) for call in message.tool_calls)
        if message.usage is not None:
            counted = message.usage.output_tokens - message.usage.reasoning_tokens
            if 0 < counted <= _bytes(message):
                return tokens + counted
    return tokens - -characters // CHARACTERS_PER_TOKEN


def _bytes(message: Assistant) -> int:
    """Return the bytes of a reply. It has no more tokens: what is counted beyond is not in it."""
    texts = [message.content] if isinstance(message.content, str) else []
    texts += [part for call in message.tool_calls for part in (call.name, call.arguments)]
    return sum(len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")) for text in texts)


def newest(messages: Sequence[Message | None], systems: Sequence[int], max_tokens: int) -> list[Message]:
    """Return the newest messages that fit, oldest first, and those at `systems` wherever they are.

    A call of tools goes or stays together with its results. The last message, or the last such group, stays
    even where it is too long alone. None stands for a message that is not sent. Looks at no more messages
    than it returns, and one group.
    """
    fixed = [(position, message) for position in systems if (message := messages[position]) is not None]
    room = max_tokens - sum(estimated_tokens(message) for _, message in fixed)
    window: list[Message] = []
    start = len(messages)
    for position, group in _groups(messages):
        room -= sum(estimated_tokens(message) for message in group if message.role != "system")
        if room < 0 and window:
            break
        window += group
        start = position
    window.reverse()
    return [message for position, message in fixed if position < start] + window


def _groups(messages: Sequence[Message | None]) -> Iterator[tuple[int, list[Message]]]:
    """Go through messages, the newest first, tool results together with their call."""
    group: list[Message] = []
    for position in range(len(messages) - 1, -1, -1):
        message = messages[position]
        if message is None:
            continue
        group.append(message)
        if message.role != "tool":
            yield position, group
            group = []
    if group:
        yield 0, group


def count_tokens(said: str | Message | Iterable[Message], model: str = "gpt-4o") -> int:
    """Return how many tokens a text or messages take.

    Counted with `tiktoken` where that is installed with the data for the model; nothing is fetched from the
    network. Else estimated: a token for four characters, and four more for each message.
    """
    from turbo_yaml.memory.encoding import encoder_for

    encode = encoder_for(model)
    if isinstance(said, str):
        return -(-len(said) // CHARACTERS_PER_TOKEN) if encode is None else encode(said)
    messages = [said] if isinstance(said, Message) else [*said]
    if encode is None:
        return sum(map(estimated_tokens, messages))
    return sum(TOKENS_PER_MESSAGE + _parts(message, encode) for message in messages)


def _parts(message: Message, encode: Callable[[str], int]) -> int:
    """Return the tokens of what a message says, its frame aside."""
    count = encode(message.name) if message.name else 0
    if isinstance(message.content, str):
        count += encode(message.content)
    else:
        for part in message.content:
            count += encode(part["text"]) if "text" in part else TOKENS_PER_ATTACHMENT
    if isinstance(message, Assistant):
        count += sum(encode(call.name) + encode(call.arguments) for call in message.tool_calls)
    return count
