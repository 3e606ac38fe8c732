from turbo_yaml.runtime.support import Generate, User

async def hello(memory=None, *, name='world'):
    # hello.yaml:5
    yield User(f'Say hello to {name}.')
    # hello.yaml:6
    yield Generate()
