-- Fills the history tables. Parameters: the number of rows of each table, the seed, the end of the history, and its
-- length in days. The functions and the table of goods are temporary, so they are not part of the dump.

CREATE TEMPORARY TABLE goods AS
SELECT (row_number() OVER (ORDER BY hashtextextended(kodeitem, 5), kodeitem) - 1)::int AS number,
       kodeitem, satuan, coalesce(hargapokok, 0)::numeric(20, 2) AS cost,
       (ceil(coalesce(hargapokok, 0) * 1.12 / 100) * 100)::numeric(20, 0) AS price
FROM tbl_item;
ANALYZE goods;

-- Numbered rows, each with a hash and the number of its receipt or invoice (`header`). hashint8extended() gives 64-bit
-- hashes. It is stable between versions, because hash partitions depend on it, and costs a tenth of md5(). `item` is a
-- product of two uniform random numbers: a few goods sell often, most rarely.
CREATE FUNCTION pg_temp.numbered(p_rows bigint, p_headers bigint, p_seed bigint)
RETURNS TABLE (n bigint, h bigint, header bigint, item int, jumlah bigint, tanggal timestamp)
LANGUAGE sql STABLE AS $$
    SELECT n, h, 1 + (n - 1) * p_headers / p_rows,
           ((h & 65535) * (h >> 16 & 65535) * (SELECT count(*) FROM goods) >> 32)::int,
           1 + (h >> 32 & 3) * (h >> 34 & 3),
           %(end)s::timestamp - (p_headers - 1 - (n - 1) * p_headers / p_rows) * (%(days)s * interval '1 day' / p_headers)
    FROM (SELECT n, hashint8extended(n, p_seed) AS h FROM generate_series(1, p_rows) AS n) AS numbers
$$;

CREATE FUNCTION pg_temp.receipt(header bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lpad(header::text, 8, '0') || '/KSR/UTM'
$$;

CREATE FUNCTION pg_temp.invoice(header bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lpad(header::text, 6, '0') || '/BL/GDG'
$$;

-- The time of a row's last change: some seconds after its receipt, with microseconds.
CREATE FUNCTION pg_temp.written(tanggal timestamp, h bigint) RETURNS timestamp LANGUAGE sql IMMUTABLE AS $$
    SELECT tanggal + (h >> 20 & 67108863) * interval '1 microsecond'
$$;

-- An average cost, with the many decimals that iPOS keeps.
CREATE FUNCTION pg_temp.average(cost numeric, h bigint) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT cost + (h >> 3 & 1152921504606846975)::numeric / 10000000000000000000
$$;

INSERT INTO tbl_ikhd
SELECT pg_temp.receipt(header), tanggal, 'UTM', CASE WHEN h & 15 = 0 THEN 'PLG-' || (h >> 8 & 1023) ELSE 'UMUM' END,
       'KSR', 1 + (h >> 4 & 7), asked, 0, 0, asked, CASE WHEN h & 31 = 1 THEN 'KREDIT' ELSE 'TUNAI' END,
       asked + (h >> 20 & 3) * 500, (h >> 20 & 3) * 500, NULL, 'KASIR' || 1 + (h >> 24 & 3), tanggal
FROM pg_temp.numbered(%(tbl_ikhd)s, %(tbl_ikhd)s, %(seed)s), LATERAL (SELECT ((h >> 32 & 1023) + 5) * 500 AS asked) AS a;

INSERT INTO tbl_ikdt
SELECT pg_temp.receipt(header) || '-' || n, n - (header - 1) * %(tbl_ikdt)s / %(tbl_ikhd)s, pg_temp.receipt(header),
       kodeitem, jumlah, satuan, 1, price, 0, price * jumlah, pg_temp.average(cost, h),
       pg_temp.written(tanggal, h)
FROM pg_temp.numbered(%(tbl_ikdt)s, %(tbl_ikhd)s, %(seed)s) JOIN goods ON number = item;

INSERT INTO tbl_imhd
SELECT pg_temp.invoice(header), tanggal, 'GDG', 'SUP-' || (h & 63), 'BL', 'INV' || (h >> 8 & 1048575),
       1 + (h >> 4 & 15), asked, 0, asked, CASE WHEN h & 1 = 0 THEN 'KREDIT' ELSE 'TUNAI' END,
       tanggal + interval '30 days', NULL, 'ADMIN', tanggal
FROM pg_temp.numbered(%(tbl_imhd)s, %(tbl_imhd)s, %(seed)s), LATERAL (SELECT ((h >> 32 & 8191) + 50) * 1000 AS asked) AS a;

INSERT INTO tbl_imdt
SELECT pg_temp.invoice(header) || '-' || n, n - (header - 1) * %(tbl_imdt)s / %(tbl_imhd)s, pg_temp.invoice(header),
       kodeitem, jumlah * 12, satuan, 1, pg_temp.average(cost, h), 0, cost * jumlah * 12, tanggal
FROM pg_temp.numbered(%(tbl_imdt)s, %(tbl_imhd)s, %(seed)s) JOIN goods ON number = item;

INSERT INTO tbl_item_ik
SELECT pg_temp.receipt(header) || '-' || n, pg_temp.receipt(header), tanggal, 'KSR', kodeitem, 'UTM', jumlah,
       pg_temp.average(cost, h), pg_temp.written(tanggal, h)
FROM pg_temp.numbered(%(tbl_item_ik)s, %(tbl_ikhd)s, %(seed)s) JOIN goods ON number = item;

INSERT INTO tbl_item_im
SELECT pg_temp.invoice(header) || '-' || n, pg_temp.invoice(header), tanggal, 'BL', kodeitem, 'GDG', jumlah * 12,
       h >> 40 & 7, pg_temp.average(cost, h), tanggal
FROM pg_temp.numbered(%(tbl_item_im)s, %(tbl_imhd)s, %(seed)s) JOIN goods ON number = item;

INSERT INTO tbl_accjurnal
SELECT 'JR' || lpad(n::text, 9, '0'), pg_temp.receipt(header), tanggal,
       (ARRAY['1-1110', '4-1100', '5-1100', '1-1310'])[1 + (n & 3)], 'UTM', asked * (n & 1), asked * (1 - (n & 1)),
       'Penjualan ' || pg_temp.receipt(header), 'SYSTEM'
FROM pg_temp.numbered(%(tbl_accjurnal)s, %(tbl_ikhd)s, %(seed)s), LATERAL (SELECT ((h >> 32 & 4095) + 5) * 500 AS asked) AS a;
