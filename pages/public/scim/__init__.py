"""SCIM 2.0 (RFC 7643, RFC 7644) below ``/scim/v2/``: the protocol by scim2-server, the work by ``services/scim``."""
