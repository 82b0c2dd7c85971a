/** {@code adit demo}. */
package dev.adit.cli.demo;
