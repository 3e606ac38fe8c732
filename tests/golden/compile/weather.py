from turbo_yaml.runtime.support import Generate, System, User

async def weather(memory=None, *, city='Oslo'):
    """Say whether to take an umbrella; an MCP server knows the weather."""
    # weather.yaml:12
    yield System('You give advice in one sentence. Look the weather up first.')
    # weather.yaml:13
    yield User(f'Do I need an umbrella in {city} today?')
    # weather.yaml:14
    yield Generate(tools=('weather',), max_turns=4)
