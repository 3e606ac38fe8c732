from turbo_yaml.runtime.support import Generate, Result, System, User, fits, plain
EXTRACT_OUTPUT = {'type': 'object', 'properties': {'topic': {'type': 'string'}, 'people': {'type': 'array', 'items': {'type': 'string'}}, 'tasks': {'type': 'array', 'items': {'type': 'object', 'properties': {'who': {'type': 'string'}, 'what': {'type': 'string'}, 'due': {'type': 'string'}}, 'required': ['who', 'what'], 'additionalProperties': False}}}, 'required': ['topic', 'people', 'tasks'], 'additionalProperties': False}

async def extract(memory=None, *, notes='Ana and Ben met about the launch. Ben writes the announcement by Friday.\nAna asks legal about the new name.'):
    """Turn the notes of a meeting into data; a reply that does not fit goes back, twice at most."""
    # extract.yaml:13
    yield System('Say only what the notes say. Leave out what they do not.')
    # extract.yaml:14
    yield User(notes)
    # extract.yaml:15
    meeting = (yield Generate(forward=False, output=EXTRACT_OUTPUT, repair=2)).value
    # extract.yaml:20
    yield Result(fits(plain(meeting), EXTRACT_OUTPUT), done=True)
