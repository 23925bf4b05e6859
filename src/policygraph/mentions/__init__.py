"""What a text mentions: documents, dates, agencies, quantities, tasks; one module a kind.

Every mention keeps its span and the name of the rule that found it.
"""
