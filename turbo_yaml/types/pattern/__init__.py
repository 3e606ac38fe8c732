"""Regular expressions whose time grows with the text, never faster: all states are followed at once.

`re` backtracks: `(a+)+$` takes minutes on thirty characters. Here there is no going back, and so no
look-around and no reference to a group; they are refused by name. `re` tests single characters, and does a
search itself only where it has one choice to make at most.
"""
