/**
 * A generic function with Scalable I/O Virtualization as of PCIe 7.0: each of its Scalable Device
 * Interfaces has a requester ID, an MSI-X table and an interrupt message store of its own. The
 * smallest whole family of devices; docs/adding-a-device.md walks through it.
 */
package dev.adit.devices.sdi;
