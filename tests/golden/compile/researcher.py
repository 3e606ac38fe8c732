from turbo_yaml.runtime.support import Generate, OutOfTurns, Result, System, User, fits, plain
RESEARCHER_OUTPUT = {'type': 'object', 'properties': {'answer': {'type': 'string'}, 'sources': {'type': 'array', 'items': {'type': 'string'}}}, 'required': ['answer', 'sources'], 'additionalProperties': False}

async def researcher(memory=None, *, question='Who built the first bridge of iron?'):
    """Answer a question from pages that are searched for and read, and name them."""
    # researcher.yaml:20
    yield System('You are a researcher. Search, read what you need, and answer in one or two sentences. Say only what\nstands in the pages that you have read, and name their addresses.')
    # researcher.yaml:23
    yield User(question)
    # researcher.yaml:24
    try:
        found = (yield Generate(forward=False, output=RESEARCHER_OUTPUT, tools=('search', 'read_page'), max_turns=6)).value
    except OutOfTurns:
        # researcher.yaml:31
        yield User('Answer now, from what you have read so far.')
        # researcher.yaml:32
        found = (yield Generate(forward=False, output=RESEARCHER_OUTPUT)).value
    # researcher.yaml:34
    yield Result(fits(plain(found), RESEARCHER_OUTPUT), done=True)
