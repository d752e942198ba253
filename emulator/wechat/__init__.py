"""WeChat's H5 sign-in, as an official account and a visitor's browser see it."""
