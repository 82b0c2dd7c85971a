/** Layouts of descriptors, records and tables of IAA; no behaviour. */
package dev.adit.devices.iaa.spec;
