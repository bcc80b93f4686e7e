"""Webhooks (N11): other systems are told what happens here, signed, again and again until they take it in."""

from data.models.webhooks import EndpointState, SendingState
from services.webhooks import sending, telling  # noqa: F401 - declares the jobs and the listeners
from services.webhooks.deliveries import DeliveriesAsk, DeliveryRow, WhichDelivery, list_deliveries, resend, send_test
from services.webhooks.endpoints import (
    EditedEndpoint,
    EndpointRow,
    EndpointsAsk,
    MadeSecret,
    NewEndpoint,
    WhichEndpoint,
    add_endpoint,
    edit_endpoint,
    endpoint_choices,
    list_endpoints,
    renew_secret,
    switch_off,
    switch_on,
)
from services.webhooks.places import Address, Forbidden, Guarded
from services.webhooks.words import TEST, Told

__all__ = [
    "TEST", "Address", "DeliveriesAsk", "DeliveryRow", "EditedEndpoint", "EndpointRow", "EndpointState", "EndpointsAsk",
    "Forbidden", "Guarded", "MadeSecret", "NewEndpoint", "SendingState", "Told", "WhichDelivery", "WhichEndpoint",
    "add_endpoint", "edit_endpoint", "endpoint_choices", "list_deliveries", "list_endpoints", "renew_secret",
    "resend", "send_test", "switch_off", "switch_on",
]  # fmt: skip
