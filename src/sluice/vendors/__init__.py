"""How each provider speaks. The only room in which a provider's name may stand. Pure."""
