# SPDX-License-Identifier: Apache-2.0
"""The made-up estate behind tools/make-sample.py."""
