from turbo_yaml.runtime.support import Generate, System, User, parallel, text

async def debate(memory=None, *, motion='Cities should be built for bicycles before cars.'):
    """Two sides argue at the same time; a judge hears both."""
    # debate.yaml:7
    yield System('You speak in a debate. You are brief, fair and concrete.')
    # debate.yaml:8
    yield User(f'The motion is: {motion}')
    # debate.yaml:10

    async def pro_branch(memory):
        # debate.yaml:12
        yield User('Give the best argument for the motion in two sentences.')
        # debate.yaml:13
        yield Generate()

    async def con_branch(memory):
        # debate.yaml:15
        yield User('Give the best argument against the motion in two sentences.')
        # debate.yaml:16
        yield Generate()
    branches = parallel({'pro': pro_branch, 'con': con_branch}, memory)
    async for question in branches:
        branches.answer((yield question))
    pro, con = branches.values()
    # debate.yaml:18
    yield User(f'For the motion: {text(pro)}\n\nAgainst the motion: {text(con)}\n\nWhich side is stronger, and what does the other one miss?')
    # debate.yaml:24
    yield Generate(temperature=0)
