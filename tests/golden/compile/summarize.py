from turbo_yaml.runtime.support import Generate, User, each_at_once, renders, text

@renders
def text_26(out, summaries):
    out.write('Make one short paragraph of these notes. Say nothing twice.\n')
    for summary in out.each(summaries):
        out.write(f'- {text(summary)}\n')

async def summarize(memory=None, *, docs=['The bakery on Mill Street opens at six. Since the new oven came, bread is sold out by nine.', 'The bakery looks for a second baker. The work begins at three in the morning.', 'Neighbours of the bakery sleep badly. The new oven hums all night.']):
    """Summarize several texts side by side, then the summaries into one."""
    # summarize.yaml:15

    async def each_doc(memory, doc, loop):
        # summarize.yaml:19
        yield User(f'Summarize in one sentence:\n\n{text(doc)}')
        # summarize.yaml:23
        yield Generate(max_tokens=80)
    doc_forks = each_at_once(each_doc, docs, memory, at_once=4)
    async for question in doc_forks:
        doc_forks.answer((yield question))
    summaries = doc_forks.values()
    # summarize.yaml:26
    yield User(text_26(summaries))
    # summarize.yaml:31
    yield Generate()
