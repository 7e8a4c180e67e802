-- A whole number of YAML, TOML or JSON: decimal, 0x, 0o or 0b, with _ between digits. NULL where it is none, or beyond BIGINT.
-- Leading zeros and colons make none: 0123 and 12:30 mean a text to whoever writes them, whatever YAML reads.
CREATE OR REPLACE TEMP MACRO content_whole(written) AS TRY_CAST(
    CASE
        WHEN regexp_full_match(written, '[-+]?(0|[1-9][0-9_]*)|[+]?(0x[0-9A-Fa-f_]+|0b[01_]+)') THEN
            ltrim(replace(written, '_', ''), '+')
        WHEN regexp_full_match(written, '0o[0-7_]+') THEN
            '0b' || array_to_string(
                list_transform(
                    string_split(replace(written[3:], '_', ''), ''),
                    lambda digit: ['000', '001', '010', '011', '100', '101', '110', '111'][TRY_CAST(digit AS INTEGER) + 1]
                ),
                ''
            )
    END
    AS BIGINT
);

-- Any number of YAML, TOML or JSON, with inf and nan. NULL where it is none, or beyond DOUBLE.
CREATE OR REPLACE TEMP MACRO content_number(written) AS CASE
    WHEN regexp_full_match(written, '[-+]?\.?(inf|Inf|INF|nan|NaN|NAN)') THEN
        TRY_CAST(lower(replace(written, '.', '')) AS DOUBLE)
    WHEN regexp_full_match(written, '[-+]?[0-9_]*\.?[0-9_]*([eE][-+]?[0-9_]+)?')
        AND isfinite(TRY_CAST(replace(written, '_', '') AS DOUBLE)) THEN TRY_CAST(replace(written, '_', '') AS DOUBLE)
    ELSE CAST(content_whole(written) AS DOUBLE)
END;
