/** {@code adit boot} and {@code adit guest}: stock guests in QEMU. */
package dev.adit.cli.boot;
