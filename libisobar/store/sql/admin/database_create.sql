-- SPDX-License-Identifier: Apache-2.0
-- Makes the database of the private cluster; not inside a transaction.
create database isobar;
