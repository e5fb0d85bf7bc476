"""The command line: the parts of a server, and a client over HTTP."""
