from turbo_yaml.runtime.support import ExampleAssistant, ExampleUser, Generate, System, User

async def translate(memory=None, *, text_='Are you coming on Saturday?'):
    """Translate into French as one friend writes to another, from a few examples."""
    # translate.yaml:8
    yield System('You translate into French. Answer with the translation alone.')
    # translate.yaml:9
    yield ExampleUser('Hi there, how are you?')
    yield ExampleAssistant('Salut, ça va ?')
    yield ExampleUser("I can't wait to see you!")
    yield ExampleAssistant("J'ai trop hâte de te voir !")
    yield ExampleUser('Thanks a lot for your help.')
    yield ExampleAssistant('Merci mille fois pour ton aide.')
    # translate.yaml:13
    yield User(text_)
    # translate.yaml:14
    yield Generate()
