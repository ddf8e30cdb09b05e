"""Rate limits count per address, and every test comes from one: between files of tests an hour passes."""

from tests.stack.second_city import SecondCity

WANTED = {"FilterExpression": "begins_with(pk, :rate)", "ExpressionAttributeValues": {":rate": {"S": "rate#"}}}


def forget_limits(city: SecondCity) -> None:
    """Takes every counter out of the table, as if its window were over."""
    table, dynamo = city.told["TableName"], city.client("dynamodb")
    pages = dynamo.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk", **WANTED)
    for key in [item for page in pages for item in page["Items"]]:
        dynamo.delete_item(TableName=table, Key=key)
