from turbo_yaml.runtime.support import Generate, GetInput, System, User, add, count, countdown, filters, renders, text

@renders
def text_27(out, topic, notes):
    out.write(f'Now write a portrait of me in three sentences, from all that I have told you about {topic}:\n')
    for note in out.each(notes):
        out.write(f'- {text(note)}\n')

async def long_interview(memory=None, *, topic='the house you grew up in', questions=40):
    """A long interview of which only the newest messages are sent; the answers are noted for the portrait."""
    # long_interview.yaml:9
    yield System('You interview a person. Ask one short question at a time, and follow what was said last.')
    # long_interview.yaml:10
    yield User(f'Ask me about {topic}. I will say "stop" when it is enough.', label='topic', sticky='top')
    # long_interview.yaml:13
    answer = ''
    notes = []
    # long_interview.yaml:14
    for left in countdown(count(questions)):
        if filters.lower(answer) == 'stop':
            break
        if left == 0:
            continue
        # long_interview.yaml:17
        question = (yield Generate(forward=False, max_tokens=60)).value
        # long_interview.yaml:19
        answer = (yield GetInput(question, record=False))
        # long_interview.yaml:22
        yield User(answer)
        # long_interview.yaml:23
        if filters.lower(answer) != 'stop':
            notes = add(notes, [answer])
    # long_interview.yaml:27
    yield User(text_27(topic, notes))
    # long_interview.yaml:32
    yield Generate()
