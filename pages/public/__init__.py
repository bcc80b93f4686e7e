"""Plain HTTP beside the console: middleware, sign-in routes, links for people without an account."""
