from turbo_yaml.runtime.support import Generate, GetInput, System, User, count, countdown, filters

async def interview(memory=None, *, topic='the work you do', questions=3):
    """Interview a person, one question at a time, then write a portrait."""
    # interview.yaml:8
    yield System('You interview a person. Ask one short question at a time.')
    # interview.yaml:9
    yield User(f'Ask me about {topic}. I will say "stop" when it is enough.')
    # interview.yaml:10
    answer = ''
    # interview.yaml:11
    for left in countdown(count(questions)):
        if filters.lower(answer) == 'stop':
            break
        if left == 0:
            continue
        # interview.yaml:14
        question = (yield Generate(forward=False)).value
        # interview.yaml:16
        answer = (yield GetInput(question, record=False))
        # interview.yaml:19
        yield User(answer)
    # interview.yaml:22
    yield User('Thank you. Now write a portrait of me in three sentences.')
    # interview.yaml:23
    yield Generate()
