/** A function to measure a VMM and a transport with. */
package dev.adit.devices.bench;
