/** {@code adit inspect}. */
package dev.adit.cli.inspect;
