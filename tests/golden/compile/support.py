from turbo_yaml.runtime.support import Generate, System, User, attr, call, failure, filters, handoff, include, log, missing, remembering, text, truth

async def support(memory=None, *, order_id=7, message='The teapot came broken. I want my money back.'):
    """Answer a customer with the order at hand; refunds go on in a flow of their own."""
    memory = remembering(memory)
    # support.yaml:30
    yield System('You are a support agent of a china shop.')
    # support.yaml:31
    house_rules_include = include(policy.house_rules, memory, {'tone': 'warm'})
    async for signal in house_rules_include:
        house_rules_include.answer((yield signal))
    # support.yaml:34
    order = filters.default(filters.first(filters.selectattr(orders, 'id', 'eq', order_id), otherwise=missing), None)
    # support.yaml:35
    if order is None:
        raise failure(f'There is no order {order_id}.', kind='assert')
    # support.yaml:38
    summarize_call = call(summarize, {'text': message})
    async for question in summarize_call:
        summarize_call.answer((yield question))
    wish = summarize_call.value
    # support.yaml:41
    log(f'order {order_id}: {text(wish)}')
    # support.yaml:43
    yield User(f'My order is {text(order)}.\n{message}')
    # support.yaml:46
    plan = (yield Generate(forward=False, choices=('refund', 'answer'))).value
    # support.yaml:48
    if plan == 'refund' and truth(attr(order, 'paid')):
        # support.yaml:50
        handoff(refund, {'item': attr(order, 'item'), 'total': attr(order, 'total')})
        return
    # support.yaml:52
    yield Generate()

async def summarize(memory=None, *, text_):
    """Say in a few words what a message is about."""
    # support.yaml:16
    yield User(f'In five words, what does this person want?\n\n{text_}')
    # support.yaml:20
    yield Generate(max_tokens=20)

async def refund(memory=None, *, item_, total):
    """Go on as the person who may give money back."""
    # support.yaml:26
    yield System(f'You handle refunds. You may give back {text(total)} euros for the {item_}.')
    # support.yaml:27
    yield Generate()
