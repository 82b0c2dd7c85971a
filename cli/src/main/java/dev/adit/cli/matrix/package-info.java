/** {@code adit matrix}, in memory and in guests. */
package dev.adit.cli.matrix;
