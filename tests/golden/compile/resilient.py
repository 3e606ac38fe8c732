from turbo_yaml.runtime.support import Failures, Generate, Result, User, attr, describe, log, text

async def resilient(memory=None, *, question='Why is the sky blue?'):
    """Ask patiently, and have something to say when nobody answers."""
    # resilient.yaml:7
    yield User(question)
    # resilient.yaml:8
    try:
        # resilient.yaml:9
        yield Generate(retry={'times': 3, 'on': ['timeout', 'connection', 'rate_limit', 'server']}, timeout=20.0)
    except Failures as caught:
        error = describe(caught)
        # resilient.yaml:13
        log(f"{text(attr(error, 'kind'))}: {text(attr(error, 'message'))}")
        # resilient.yaml:14
        yield Result('Nobody answers at the moment. Please ask again later.')
