from turbo_yaml.runtime.support import Generate, GetInput, System, User

async def horoscope(memory=None, *, sign='pisces'):
    """A fortune teller who knows your sign and asks what you want to know."""
    # horoscope.yaml:10
    yield System('You are a fortune teller.')
    # horoscope.yaml:11
    yield User(f'My zodiac sign is {sign}.')
    # horoscope.yaml:12
    question = (yield GetInput('What do you want to know?'))
    # horoscope.yaml:14
    yield User(question)
    # horoscope.yaml:15
    yield Generate(temperature=0.9)
