"""The portal's own pages: home, privacy, accessibility, help, track and health."""
