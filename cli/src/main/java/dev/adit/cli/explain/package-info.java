/** {@code adit explain} and {@code adit capture}. */
package dev.adit.cli.explain;
