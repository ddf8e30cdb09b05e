"""Who somebody is: login by OpenID Connect, roles, sessions."""
