/** How commands print: options, exit codes, columns. */
package dev.adit.cli.output;
