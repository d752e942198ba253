"""Addresses that others call: no session, no form, nothing but what a signature proves."""

from django.urls import path

from zhiyin.interfaces.hooks import payments

app_name = "hooks"
urlpatterns = [path("wxpay/<slug:slug>", payments.wxpay, name="wxpay")]
