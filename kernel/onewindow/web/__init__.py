"""The pages: for staff and for the public, made by the server, working without JavaScript."""
