"""Rules about what stands under the keys of a step: conditions, lists, arguments, cases."""
