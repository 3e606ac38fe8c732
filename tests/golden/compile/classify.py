from turbo_yaml.runtime.support import Generate, Result, System, User, no_case

async def classify(memory=None, *, message='You have charged me twice this month.'):
    """Sort a message to the people who can help."""
    # classify.yaml:8
    yield System('You sort messages that reach a help desk.')
    # classify.yaml:9
    yield User(message)
    # classify.yaml:10
    kind = (yield Generate(forward=False, choices=('billing', 'technical', 'other'))).value
    # classify.yaml:13
    match kind:
        case 'billing':
            # classify.yaml:16
            yield Result('Someone from accounting will look at your bill today.')
        case 'technical':
            # classify.yaml:18
            yield Result('Please send us the error message and the version you use.')
        case 'other':
            # classify.yaml:20
            yield Result('A person will read your message and answer it.')
        case _:
            raise no_case(kind, ('billing', 'technical', 'other'))
