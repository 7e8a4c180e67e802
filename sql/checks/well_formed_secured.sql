-- severity: warn
-- A secured value is two base64 texts with a semicolon between them, the second of 16 bytes.
SELECT source, path FROM main.records WHERE is_secured AND NOT is_secured_valid
