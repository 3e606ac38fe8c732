from turbo_yaml.runtime.support import Generate, User

async def hello(memory=None, *, name='world'):
    """Say hello to someone."""
    # hello.yaml:6
    yield User(f'Say hello to {name}.')
    # hello.yaml:7
    yield Generate()
