from turbo_yaml.runtime.support import Generate, Result, System, User

async def approval_desk(memory=None, *, complaint='The teapot of order 7 came broken. I want my money back.'):
    """Settle a complaint. Orders are looked up freely; a person approves every refund."""
    # approval_desk.yaml:30
    yield System('You settle complaints of a china shop. Look the order up first. Give back no more than it cost. If a\nrefund is refused, do not ask for it again. In the end write the customer a letter and answer with it.')
    # approval_desk.yaml:33
    yield User(complaint)
    # approval_desk.yaml:34
    letter_ = (yield Generate(forward=False, tools=('find_order', 'refund', 'write_letter'), max_turns=8)).value
    # approval_desk.yaml:36
    yield Result(letter_, done=True)

async def letter(memory=None, *, customer, news):
    """Write the letter that a customer gets."""
    # approval_desk.yaml:24
    yield User(f'Write two friendly sentences to {customer} about this. {news}')
    # approval_desk.yaml:25
    text_ = (yield Generate(forward=False)).value
    # approval_desk.yaml:27
    yield Result(text_, done=True)
