"""How `mini`, the bundled encoder, is trained and measured: ``python -m workshop.mini``.

Sub-rooms, bottom first: ``sentences``, ``overview_scenes``, ``pictures``, ``figures``,
``learning``; above them one module per command.
"""
