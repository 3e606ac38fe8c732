"""What models take beside text: known families as data, and a request to whether it has more than that."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Final

from turbo_yaml.models.faults import Fault
from turbo_yaml.models.known.named import said_of, undated
from turbo_yaml.models.request import Request

KINDS: Final = ("image", "audio", "file")
_ALL: Final = frozenset(KINDS)
_NONE: Final = frozenset[str]()
_AUDIO: Final = frozenset(("audio",))

# The first pattern that fits the name of a model counts: in small letters, without its date and what stands
# before a slash. Only what is sure to be refused, or passed over in silence, is here: all else is sent.
REFUSED: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    *((name, _NONE) for name in ("*vision*", "*-vl*", "*vl:*", "*multimodal*", "*omni*", "*-audio*")),
    *((name, _ALL) for name in ("gpt-3.5*", "gpt-4", "gpt-4-0613", "gpt-4-32k*", "gpt-oss*")),
    *((name, _ALL) for name in ("o1-mini", "o1-preview", "o3-mini")),
    *((name, _AUDIO) for name in ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano")),
    *((name, _AUDIO) for name in ("gpt-5", "gpt-5-mini", "gpt-5-nano", "o1", "o3", "o4-mini")),
    *((name, _ALL) for name in ("claude-2*", "claude-instant*")),
    ("claude-*", _AUDIO),
    *((name, _ALL) for name in ("deepseek-chat", "deepseek-reasoner", "deepseek-coder*")),
    *((name, _ALL) for name in ("deepseek-v3*", "deepseek-r1*")),
    *((name, _ALL) for name in ("llama-2*", "llama2*", "llama-3-*", "llama3", "llama3:*")),
    *((name, _ALL) for name in ("llama-3.1*", "llama3.1*", "llama-3.3*", "llama3.3*")),
    *((name, _ALL) for name in ("llama-3.2-1b*", "llama-3.2-3b*", "llama3.2", "llama3.2:*b*")),
    *((name, _ALL) for name in ("mistral-7b*", "mixtral*", "open-mistral*", "open-mixtral*", "codestral*")),
    *((name, _ALL) for name in ("qwen2.5-*", "qwen2.5:*", "qwen3-*", "qwen3:*", "qwq*")),
    *((name, _ALL) for name in ("gemma-2-*", "gemma2*", "gemma-7b*", "gemma-3-1b*", "gemma3:1b*")),
    *((name, _ALL) for name in ("phi-3*", "phi3*", "phi-4", "phi4", "command-r*", "grok-3*")),
)
_WORDS: Final = {"image": "images", "audio": "audio", "file": "files"}


def refused(provider: str, model: str, own: object = None) -> frozenset[str]:
    """Return which of image, audio and file a model is known not to take.

    `own` is the setting `attachments`, which wins: what models take, by `provider/model` or `provider/*`.
    """
    taken = said_of(own, provider, model) if isinstance(own, dict) else None
    if taken is not None:
        return _ALL - frozenset(taken)
    name = undated(model.rpartition("/")[2].lower())
    return next((kinds for pattern, kinds in REFUSED if fnmatchcase(name, pattern)), _NONE)


def check_attachments(request: Request, provider: str) -> None:
    """Raise a `Fault` where a request has what its model is known not to take."""
    attached = dict.fromkeys(_attached(request))
    if not attached:
        return
    never = refused(provider, request.model, request.settings.get("attachments"))
    for kind in attached:
        if kind in never:
            raise Fault(
                "unsupported",
                f"the model `{request.model}` takes no {_WORDS[kind]}, and the chat has some",
                hint=f"ask a model that does; or, if this one does, say so in the settings: "
                f"`attachments: {{{provider}/{request.model}: [{kind}]}}`",
            )


def _attached(request: Request) -> Iterator[str]:
    """Yield the kind of each part that is no text."""
    for message in request.messages:
        if type(message.content) is not str:
            for part in message.content:
                yield from (kind for kind in KINDS if kind in part)
