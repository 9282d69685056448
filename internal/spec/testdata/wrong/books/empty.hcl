# Prices follow.
