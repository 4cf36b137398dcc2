/** An order of about 900 bytes, the size of a usual document; the client's metadata included. */
export const SAMPLE_DOCUMENT = JSON.stringify({
  Company: 'companies/58-A',
  Employee: 'employees/2-A',
  Freight: 8.53,
  Lines: [
    {
      Discount: 0.15,
      PricePerUnit: 25.89,
      Product: 'products/28-A',
      ProductName: 'Rössle Sauerkraut',
      Quantity: 4,
    },
    { Discount: 0, PricePerUnit: 10.5, Product: 'products/44-A', ProductName: 'Gula Malacca', Quantity: 20 },
    { Discount: 0.05, PricePerUnit: 19, Product: 'products/36-A', ProductName: 'Inlagd Sill', Quantity: 6 },
    { Discount: 0, PricePerUnit: 31.23, Product: 'products/63-A', ProductName: 'Vegie-spread', Quantity: 10 },
  ],
  OrderedAt: '1998-05-06T00:00:00.0000000',
  RequireAt: '1998-06-03T00:00:00.0000000',
  ShipTo: {
    City: 'Graz',
    Country: 'Austria',
    Line1: 'Kirchgasse 6',
    Line2: null,
    Location: { Latitude: 47.0708101, Longitude: 15.4382918 },
    PostalCode: '8010',
    Region: null,
  },
  ShipVia: 'shippers/2-A',
  ShippedAt: null,
  '@metadata': { '@collection': 'Orders', 'Raven-Node-Type': 'Order' },
});
