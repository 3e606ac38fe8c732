"""A profile that a turn names and no settings have."""

from __future__ import annotations

from collections.abc import Iterator

from turbo_yaml.checks.rule import Rule
from turbo_yaml.checks.subject import Subject
from turbo_yaml.diagnostics import Diagnostic
from turbo_yaml.diagnostics.suggest import did_you_mean
from turbo_yaml.flow import nodes as n

RULE = Rule("unknown-profile", "warning", "A turn names a profile that neither the file nor its project has.")


def check(subject: Subject) -> Iterator[Diagnostic]:
    """Yield the names of profiles that are known neither here nor in the `turbo.yaml` of the project."""
    if not subject.clean:
        return
    for _, step in subject.steps():
        for entry in step.settings if isinstance(step, n.Turn) else ():
            name = entry.value.data if isinstance(entry.value, n.Constant) else None
            if entry.name != "profile" or not isinstance(name, str) or name in subject.file.profiles:
                continue
            known = {*subject.file.profiles, *subject.of_project().profiles}
            if name not in known:
                message = f"no profile is called `{name}`"
                help_ = did_you_mean(name, known) or f"define it: `profiles: {{{name}: {{…}}}}`"
                yield RULE.at(subject.source, entry.value.span, message, help_)
