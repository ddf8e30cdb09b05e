"""Who wants to hear of what, and the ways of a subscription: asked, confirmed, changed, stopped. Pure."""
