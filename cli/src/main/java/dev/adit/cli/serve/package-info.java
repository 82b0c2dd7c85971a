/** {@code adit serve}. */
package dev.adit.cli.serve;
