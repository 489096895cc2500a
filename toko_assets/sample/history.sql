-- Fills the history tables. Parameters: the number of rows of each table, the seed, the end of the history, and its
-- length in days. The functions and the tables of offers and goods are temporary, so they are not part of the dump.

-- The list prices that the till asks: by an item's own price system, each once. The statement is not that of the
-- pricing rules: sales made with it prove them.
CREATE TEMPORARY TABLE offers AS
WITH listed AS (
    SELECT kodeitem, upper(btrim(h.satuan)) AS unit, h.satuan, h.hargajual, h.dateupd, h.iddetail, i.system,
           CASE i.system WHEN 'L' THEN h.level WHEN 'J' THEN h.jmlsampai ELSE 1 END AS tier
    FROM (SELECT kodeitem, upper(btrim(sistemhargajual)) AS system FROM tbl_item) AS i JOIN tbl_itemhj h USING (kodeitem)
    WHERE upper(btrim(h.tipehj)) = i.system AND i.system IN ('S', 'L', 'J')
), in_force AS (
    SELECT DISTINCT ON (kodeitem, unit, tier) kodeitem, unit, satuan, hargajual, dateupd
    FROM (SELECT *, max(tier) OVER (PARTITION BY kodeitem, unit) AS most FROM listed) AS tiers
    WHERE tier >= 1 OR most < 1
    ORDER BY kodeitem, unit, tier, coalesce(hargajual, 0) > 0 DESC, dateupd DESC, iddetail DESC
), units AS (
    SELECT DISTINCT ON (kodeitem, unit) kodeitem, upper(btrim(satuan)) AS unit, jumlahkonv
    FROM tbl_itemsatuanjml ORDER BY kodeitem, unit, iddetail
)
SELECT kodeitem, satuan, coalesce(jumlahkonv, 1) AS konversi, hargajual, dateupd
FROM in_force LEFT JOIN units USING (kodeitem, unit) WHERE hargajual > 0
UNION ALL
SELECT kodeitem, satuan, 1, hargajual1, dateupd FROM tbl_item WHERE upper(btrim(sistemhargajual)) = 'O' AND hargajual1 > 0;

-- What can be sold: each list price. An item without one is sold at a price that nobody published.
CREATE TEMPORARY TABLE goods AS
SELECT (row_number() OVER (ORDER BY hashtextextended(kodeitem, 5), kodeitem, hargajual, sold_unit) - 1)::int AS number,
       kodeitem, satuan, cost, coalesce(sold_unit, satuan) AS sold_unit, coalesce(konversi, 1) AS konversi,
       coalesce(hargajual, ceil(cost * 1.12 / 100) * 100)::numeric(20, 0) AS price, coalesce(changed, dateupd) AS changed
FROM (SELECT kodeitem, satuan, dateupd, coalesce(hargapokok, 0)::numeric(20, 2) AS cost FROM tbl_item) AS items
LEFT JOIN (SELECT kodeitem, satuan AS sold_unit, konversi, hargajual, dateupd AS changed FROM offers) AS offered
    USING (kodeitem);
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

-- The type of a receipt: of sixty-four, four are wholesale, one is a return, and one is goods that were taken out.
CREATE FUNCTION pg_temp.kind(header bigint, p_seed bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE hashint8extended(header, p_seed) & 63
        WHEN 0 THEN 'RJ' WHEN 1 THEN 'IK' WHEN 2 THEN 'JL' WHEN 3 THEN 'JL' WHEN 4 THEN 'JL' WHEN 5 THEN 'JL' ELSE 'KSR'
    END
$$;

-- An average cost, with the many decimals that iPOS keeps.
CREATE FUNCTION pg_temp.average(cost numeric, h bigint) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT cost + (h >> 3 & 1152921504606846975)::numeric / 10000000000000000000
$$;

INSERT INTO tbl_ikhd
SELECT pg_temp.receipt(header), tanggal, 'UTM', CASE WHEN h & 15 = 0 THEN 'PLG-' || (h >> 8 & 1023) ELSE 'UMUM' END,
       pg_temp.kind(header, %(seed)s), 1 + (h >> 4 & 7), asked, 0, 0, asked, CASE WHEN h & 31 = 1 THEN 'KREDIT' ELSE 'TUNAI' END,
       asked + (h >> 20 & 3) * 500, (h >> 20 & 3) * 500, NULL, 'KASIR' || 1 + (h >> 24 & 3), tanggal
FROM pg_temp.numbered(%(tbl_ikhd)s, %(tbl_ikhd)s, %(seed)s), LATERAL (SELECT ((h >> 32 & 1023) + 5) * 500 AS asked) AS a;

-- The till asks a list price: before its last change another one, and of thirty-two customers one haggles. Of sixteen
-- lines one has a discount, and of sixty-four one is taken back in part. A return names the receipt before it, or none.
INSERT INTO tbl_ikdt
SELECT pg_temp.receipt(header) || '-' || n, n - (header - 1) * %(tbl_ikdt)s / %(tbl_ikhd)s, pg_temp.receipt(header),
       kodeitem, jumlah, sold_unit, konversi, asked, CASE WHEN h >> 45 & 15 = 0 THEN asked / 20 ELSE 0 END,
       asked * jumlah, CASE WHEN h >> 54 & 63 = 0 THEN konversi ELSE 0 END,
       CASE WHEN header & 1 = 0 AND pg_temp.kind(header, %(seed)s) = 'RJ' THEN pg_temp.receipt(header - 1) END,
       pg_temp.average(cost, h), pg_temp.written(tanggal, h)
FROM pg_temp.numbered(%(tbl_ikdt)s, %(tbl_ikhd)s, %(seed)s) JOIN goods ON number = item,
     LATERAL (
         SELECT CASE WHEN tanggal < changed THEN greatest(floor(price * 0.93 / 50) * 50, 50)
                     WHEN h >> 49 & 31 = 0 THEN greatest(floor(price * 0.96 / 100) * 100, 50)
                     ELSE price END AS asked
     ) AS a;

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
