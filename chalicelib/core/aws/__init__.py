"""The only boto3: AWS services behind the seams of the core."""
