"""What has the form of a key, written out somewhere in a flow."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.settings.secrets import covered, find_secrets

RULE = Rule("secret-in-text", "warning", "A key, a token or a password is written out in the file.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield what looks like a secret, wherever it stands: in a message, a header, a test, a comment."""
    source = subject.source
    spans = [*find_secrets(source.text)]
    message = "this looks like a secret, and it is written out here"
    help_ = "revoke it; a tool names the environment variable that holds its key: `secret: NAME`"
    yield from covered([RULE.at(source, span, message, help_) for span in spans], source, spans)
